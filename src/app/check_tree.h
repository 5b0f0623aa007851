/* SPDX-License-Identifier: Apache-2.0 */
/* check_tree.h - lessord --check without a directory: what can be said about the configuration file. */
#pragma once

/* Read the LDIF file @path as the server @server_name would. Prints what there is, or a line for each entry that would
 * be left out to standard error, and warnings. Returns the number of mistakes. */
unsigned check_tree(const char *path, const char *server_name);
