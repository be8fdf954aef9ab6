"""Which messages of a page's socket are what a person did."""

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from streamlit.proto.BackMsg_pb2 import BackMsg


def acted(message: bytes) -> bool:
    """Whether a page was opened, or something on it used; not where a timer draws it anew."""
    if not message:
        return False
    told = BackMsg()
    try:
        told.ParseFromString(message)
    except DecodeError:
        return False
    return told.WhichOneof("type") == "rerun_script" and not told.rerun_script.is_auto_rerun
