/* load.h: which files are read. */
#ifndef ROOTCHECK_LOAD_H
#define ROOTCHECK_LOAD_H

/* Reads the units of BUILD/compile_commands.json whose paths begin with one of `under`, all if there are none. */
int load_database(const char *build, int count, char **under);

/* Reads files with the compiler's arguments given. Both: the number of units, or -1 with the reason on standard
 * error. */
int load_files(int count, char **files, int arguments, char **argument);

/* After all has been read: what only its whole tells. */
void types_settle(void);

#endif
