"""How answers reach the browser: door, guard, headers, compression, worker, downloads."""
