#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <editline/readline.h>

/// libedit's globals are set through functions: Swift cannot prove that only one thread touches them.
static inline void th_edit_set_completion(rl_completion_func_t *complete) { rl_attempted_completion_function = complete; }
static inline void th_edit_no_more_completion(void) { rl_attempted_completion_over = 1; }
