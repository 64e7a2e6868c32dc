"""Where settings come from: flag, environment variable, `mohook.toml`, default, in this order.

Reads files and mappings it is given, and builds `Settings`. Nothing here acts on a setting.
"""

from mohook.options.load import load_settings, named_settings

__all__ = ["load_settings", "named_settings"]
