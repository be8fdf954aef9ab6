"""The server: pages, live stream and collector in one process. Started by ``streamlit run app.py``."""

import streamlit as st

from ccfloor.service.runtime import lifespan, ready
from ccfloor.service.web import routes
from ccfloor.ui.document import documents

ready()
app = st.App("ccfloor/ui/main.py", routes=[*routes(), *documents()], lifespan=lifespan)
