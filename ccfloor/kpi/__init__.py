"""The figures of a period: a catalogue of KPIs as data, computed from stored counts. Pure."""
