"""The server: pages, live stream and collector in one process. Started by ``streamlit run app.py``."""

import streamlit as st

from ccfloor.service.runtime import lifespan, ready
from ccfloor.service.web import guards, routes
from ccfloor.ui import faults
from ccfloor.ui.access_routes import access_routes
from ccfloor.ui.acted import acted
from ccfloor.ui.document import base, documents

faults.once()
ready(lambda: str(st.get_option("server.address") or ""))
app = st.App(
    "ccfloor/ui/main.py",
    routes=[*access_routes(base()), *routes(), *documents()],
    middleware=guards(base(), acted),
    lifespan=lifespan,
    on_script_error=faults.tell,
)
