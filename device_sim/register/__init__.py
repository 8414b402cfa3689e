"""Making the sample park known to a platform over its REST interface."""
