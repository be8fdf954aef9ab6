"""``python -m ccfloor rules …``: what the rules are, whether they are right, what they did and why."""

import typer

app = typer.Typer(no_args_is_help=True, help="The floor's rules: list, check, test, explain, backtest.")
