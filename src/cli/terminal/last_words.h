// How the process ends where no scope is left in order: a library calls exit(), or an exception
// meets a function that must not throw. Nothing unfinished stays, and the user is told why.
#pragma once

#include "cli/exit_code.h"

namespace gophercap::cli {

// "out of memory", by the object if it is known. Takes no memory itself.
ExitCode say_out_of_memory() noexcept;

// Of the whole process, as long as it lives. One at a time.
class LastWords {
 public:
  LastWords();
  ~LastWords();
  LastWords(const LastWords&) = delete;
  LastWords& operator=(const LastWords&) = delete;
};

}  // namespace gophercap::cli
