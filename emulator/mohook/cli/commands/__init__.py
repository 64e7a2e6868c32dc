"""One module a command, named as it is typed. What two of them need stands one room up."""
