"""Telling people away from the screen: e-mail, webhooks and group robots, from an outbox that survives."""
