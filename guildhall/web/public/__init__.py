"""The public pages: what anybody may read before signing up. They read no session and set none."""
