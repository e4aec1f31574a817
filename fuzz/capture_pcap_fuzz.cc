#include <cstddef>
#include <cstdint>

#include "capture_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using gophercap::capture::Format;
  gophercap::fuzz::capture_input(
      data, size, {Format::kPcap, Format::kPcapNanos, Format::kPcapModified, Format::kPcapIxia});
  return 0;
}
