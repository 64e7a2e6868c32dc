"""Geometry of the pictures, pure: where things stand, in percent of the width."""
