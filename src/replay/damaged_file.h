// A file of the set that could not be read to its end.
#pragma once

#include <string>

#include "capture/capture_reader.h"

namespace gophercap::replay {

struct DamagedFile {
  std::string path;
  capture::Damage damage;
};

}  // namespace gophercap::replay
