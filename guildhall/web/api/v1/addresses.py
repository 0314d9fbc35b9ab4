"""Every address of the API, assembled from one router per resource."""

from guildhall.web.api.v1 import auth, catalogue, users
from guildhall.web.api.v1.api import api

__all__ = ["api"]

api.add_router("/auth", auth.router)
api.add_router("/users", users.router)
api.add_router("", catalogue.router)
