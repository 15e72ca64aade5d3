"""Which HTTP client costs least CPU for copies: http.client in threads, aiohttp, or curl."""
