#include <fcntl.h>
#include <unistd.h>

#include "cli/run.h"
#include "cli/terminal/signals.h"

namespace {

// A file that gets the descriptor number of a closed standard stream would be used as that stream.
// So the number is taken by /dev/null opened in the opposite direction, which makes every use of
// the stream fail.
void hold_closed_streams() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) >= 0) continue;
    static_cast<void>(::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY));
  }
}

}  // namespace

int main(int argc, char** argv) {
  hold_closed_streams();
  const gophercap::cli::Outcome outcome = gophercap::cli::run(argc, argv);
  if (outcome.signal != 0) gophercap::cli::die_by(outcome.signal);
  return to_int(outcome.code);
}
