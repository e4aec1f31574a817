// Reads a dump of arbitrary bytes. If it can be read, writing it and reading it again must give the
// same text: nothing is lost or invented, and the reader accepts everything that the writer writes.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "dataset/dump/dump.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using gophercap::Result;
  using gophercap::dataset::Dump;
  const std::string input(data,
                          data + size);  // an exact copy, so that reading beyond it is detected
  const Result<Dump> first = gophercap::dataset::dump_from_json(input);
  if (!first) {
    if (first.error().what.empty()) std::abort();
    return 0;
  }
  const std::string text = gophercap::dataset::dump_to_json(first->set);
  const Result<Dump> second = gophercap::dataset::dump_from_json(text);
  if (!second || !second->ours) std::abort();
  if (gophercap::dataset::dump_to_json(second->set) != text) std::abort();
  return 0;
}
