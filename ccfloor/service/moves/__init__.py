"""Moving seats to other queues: asking, following the switch's word, the return by time, taking back."""
