/* SPDX-License-Identifier: Apache-2.0 */
#include "app/ctl/terminal.h"

#include <stdio.h>
#include <string.h>
#include <termios.h>

#include "base/text.h"

#define WHAT_MAX 60 /* columns for what the work is at */

bool terminal_ask(void *context, const char *question) {
	char answer[16] = "";

	fflush(stdout);
	fprintf(stderr, "%s. Go on? [y/N] ", question);
	fflush(stderr);
	if (!fgets(answer, sizeof answer, stdin))
		fputc('\n', stderr);
	answer[strcspn(answer, "\r\n")] = '\0';
	return is_text_equal_nocase(answer, "y") || is_text_equal_nocase(answer, "yes");
}

void terminal_show_progress(void *context, size_t done, size_t total, const char *what) {
	fprintf(stderr, "\r\033[K");
	if (total == 0 && done > 0)
		fprintf(stderr, "%zu: %.*s", done, WHAT_MAX, what);
	if (done < total)
		fprintf(stderr, "%zu of %zu (%zu%%): %.*s", done, total, 100 * done / total, WHAT_MAX, what);
	fflush(stderr);
}

static bool take_line(FILE *terminal, char *ret_password, size_t size) {
	size_t len;

	if (!fgets(ret_password, (int)size, terminal))
		ret_password[0] = '\0';
	len = strcspn(ret_password, "\r\n");
	if (len == 0) {
		snprintf(ret_password, size, "the terminal gave no password");
		return false;
	}
	if (!ret_password[len] && len + 1 == size) {
		snprintf(ret_password, size, "the password from the terminal is longer than %zu characters", size - 2);
		return false;
	}
	ret_password[len] = '\0';
	return true;
}

bool terminal_ask_password(void *context, char *ret_password, size_t size) {
	FILE *terminal = fopen("/dev/tty", "r+e");
	struct termios before, silent;
	bool is_given;

	if (!terminal || tcgetattr(fileno(terminal), &before) < 0) {
		if (terminal)
			fclose(terminal);
		snprintf(ret_password, size,
			 "there is no terminal to ask for the password on; name a password file with -y");
		return false;
	}
	silent = before;
	silent.c_lflag &= ~(tcflag_t)ECHO;
	fprintf(terminal, "Password: ");
	fflush(terminal);
	tcsetattr(fileno(terminal), TCSAFLUSH, &silent);
	is_given = take_line(terminal, ret_password, size);
	tcsetattr(fileno(terminal), TCSAFLUSH, &before);
	fputc('\n', terminal);
	fclose(terminal);
	return is_given;
}
