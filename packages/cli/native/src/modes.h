/* SPDX-License-Identifier: MIT */
/* The programs within the demo: the first argument says which one runs. */
#ifndef MODES_H
#define MODES_H

int engine(int argc, char **argv);
int feeder(int argc, char **argv);
int hog(int argc, char **argv);
int keepoff(int argc, char **argv);
int stopper(int argc, char **argv);

#endif
