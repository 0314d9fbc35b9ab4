"""The ten journeys of the road, walked through the pages: each person before a screen of their own, on a phone and at a desk."""
