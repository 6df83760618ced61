"""The only code that knows paramiko and fabric: how bytes reach a phone and come back."""
