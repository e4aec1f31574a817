// The message for ends of the process that do not unwind the stack: a library calls exit(), or an
// exception reaches a function that must not throw. Unfinished files are removed, and the user is
// told why.
#pragma once

#include "cli/exit_code.h"

namespace gophercap::cli {

// Prints "out of memory", after the object if it is known. Does not allocate.
ExitCode say_out_of_memory() noexcept;

// Active for the whole process while it exists. Only one at a time.
class LastWords {
 public:
  LastWords();
  ~LastWords();
  LastWords(const LastWords&) = delete;
  LastWords& operator=(const LastWords&) = delete;
};

}  // namespace gophercap::cli
