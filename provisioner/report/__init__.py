"""What a verify came to, as a page of HTML that needs nothing beside itself."""
