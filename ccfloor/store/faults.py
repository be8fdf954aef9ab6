"""What is wrong with a database that cannot be used: a code that a sentence can be made of."""

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from ccfloor.store.engine import WRITES
from ccfloor.store.file_guard import FileGone, file_of

_PATIENCE_MS = 200
_CODES = {
    "SQLITE_BUSY": "database_locked",
    "SQLITE_LOCKED": "database_locked",
    "SQLITE_READONLY": "database_read_only",
    "SQLITE_FULL": "database_full",
    "SQLITE_CORRUPT": "database_damaged",
    "SQLITE_NOTADB": "database_damaged",
}


def fault(error: BaseException) -> str:
    """The code of what the database raised; empty where it is none of the usual ones."""
    cause = getattr(error, "orig", None) or error
    if isinstance(cause, FileGone):
        return "database_gone"
    name = str(getattr(cause, "sqlite_errorname", ""))
    return next((code for begin, code in _CODES.items() if name.startswith(begin)), "")


def write_fault(engine: Engine) -> str:
    """Why nothing can be written to a SQLite database now, as a code; empty where it can."""
    if not file_of(engine):
        return ""
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql(f"PRAGMA busy_timeout={_PATIENCE_MS}")
            connection.rollback()
            try:
                with connection.execution_options(**WRITES).begin():
                    return ""
            finally:
                connection.invalidate()  # it is not as patient as the others
    except SQLAlchemyError as error:
        return fault(error)
