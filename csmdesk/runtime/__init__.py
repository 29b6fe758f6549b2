"""The only place where threads and Qt meet: engine thread, reader, writer, scheduler, desk."""
