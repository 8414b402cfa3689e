"""Laws of nature, instruments and weather. No network, no clock: time steps are passed in."""
