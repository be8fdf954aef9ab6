"""Settings and site files that cannot be used, told with file, line and field."""

from collections.abc import Sequence

from ccfloor.rules.places import Problem, problems_of, toml_line, yaml_line

__all__ = ["Problem", "SettingsError", "problems_of", "toml_line", "yaml_line"]


class SettingsError(Exception):
    """Settings that cannot be used; ``problems`` are sentences for a person."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = list(problems)
