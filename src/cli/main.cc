#include "cli/run.h"
#include "cli/signals.h"

int main(int argc, char** argv) {
  const gophercap::cli::Outcome outcome = gophercap::cli::run(argc, argv);
  if (outcome.signal != 0) gophercap::cli::die_by(outcome.signal);
  return to_int(outcome.code);
}
