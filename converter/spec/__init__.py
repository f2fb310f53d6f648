"""The ASP's guide as data: the only place where HOP is written."""
