"""What asks a service of this machine in the clear.

A client loads the certificates that it would trust, which takes 25 ms of a processor each time;
here there is nothing to trust.
"""

import ssl

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts nobody: a proof that meets TLS by mistake fails."""
