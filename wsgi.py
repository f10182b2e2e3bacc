"""The web server's entrance: reads the environment once and makes the app."""

import os

from config import Settings
from fieldapp.app import create_app

app = create_app(Settings.from_environment(os.environ))
