"""The whole story on a whole phone, by the program as people type it. Any phone will do::

    pytest tests/acceptance                                             on a stand-in phone of its own
    pytest tests/acceptance --phone 127.0.0.1:8022 --identity KEY       on one that is there

It changes the phone: it ends as ``go-dev`` has it.
"""
