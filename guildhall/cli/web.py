"""The WSGI application as the server's workers load it: they must not outlive the server that forked them."""

import os

from guildhall.cli.processes import die_with_parent
from guildhall.wsgi import application

__all__ = ["application"]

die_with_parent(os.getppid())
