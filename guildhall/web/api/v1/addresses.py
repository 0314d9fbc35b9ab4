"""Every address of the API, assembled from one router per resource."""

from guildhall.web.api.v1 import auth, bookings, catalogue, feed, offers, operator, own, proposals, reviews, users, work
from guildhall.web.api.v1.api import api

__all__ = ["api"]

api.add_router("/auth", auth.router)
api.add_router("/users", users.router)
api.add_router("", bookings.router)
api.add_router("", proposals.router)
api.add_router("", work.router)
api.add_router("", reviews.router)
api.add_router("", feed.router)
api.add_router("/offers", offers.router)
api.add_router("/providers/me", own.router)
api.add_router("", catalogue.router)
api.add_router("/operator", operator.router)
