/* SPDX-License-Identifier: Apache-2.0 */
/* check.h - lessord --check: what can be said about a configuration without starting. */
#pragma once

/* Read the file @path and look at what it names: user and group, the files that the roles read, the state directory,
 * interfaces, and without a directory the entries of the configuration file. Prints "lessord: PATH is good", or a line for each mistake to standard error, and warnings. Returns the
 * exit status: 0 or 1. */
int check_run(const char *path);
