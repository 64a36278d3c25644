def words(text):
    """Give the words of a text."""
    return [word.strip(".,!?") for word in text.split()]
