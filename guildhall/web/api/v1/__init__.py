"""Version 1 of the API: `GET /api/v1/openapi.json` describes it. Adding a member to an answer is never a new version."""
