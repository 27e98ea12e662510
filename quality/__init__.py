"""Quality: is this frame good, new, true and safe to show?

OpenCV reads its own limit on a picture's size when it is loaded, so the limit is set here, before
any module of this room can import it. quality/decode.py checks headers against a lower one first.
"""

import os

os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(2**26))
