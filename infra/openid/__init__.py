"""OpenID Connect, as the party that relies on a provider."""
