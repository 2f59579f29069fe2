(list else)
