"""The hunt: whole delivery histories, drawn until a receiver does wrong, then shrunk."""
