"""QR codes, as rows of dark and light."""


def qr_rows(text: str) -> list[str]:
    """The code of a text (ISO/IEC 18004, error level L), a quiet zone around it: `1` is dark."""
    # Its tables take a tenth of a second, which only one who sets up a second factor waits for.
    import segno

    code = segno.make_qr(text, error="l", boost_error=False)
    return ["".join("1" if dark else "0" for dark in row) for row in code.matrix_iter(border=4)]
