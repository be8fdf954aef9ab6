"""What the floor must do: written rules, how long they hold, what they ask for. Pure, like the floor."""
