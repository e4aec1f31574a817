// What each job still needs, once it is known what it reads and writes (confine/confine.h).
#pragma once

#include <string>
#include <vector>

#include "confine/confine.h"
#include "dataset/find/discover.h"
#include "dataset/scan/file_summary.h"

namespace gophercap::jobs {

// Before other threads exist and anything of the input is read: what opens sockets and folders is
// left. With `wanted` false nothing is confined, here and later.
void begin_confinement(bool wanted, bool sends);

// What opening an interface for sending takes, and what --pacing exact asks for.
std::vector<int> opening_capabilities();

// Adds the captures that were found, and places for indexes of their tarballs.
void add_found(const dataset::Discovery& found, const std::string& dump_path,
               confine::Files& files);
// Adds captures that a dump names.
void add_set(const std::vector<dataset::FileSummary>& set, const std::string& dump_path,
             confine::Files& files);

}  // namespace gophercap::jobs
