"""Tests; none of them looks into the hub cache of the machine that they run on."""

import os

os.environ["HF_HUB_CACHE"] = os.devnull
