// What each job may still do once its inputs and outputs are known (confine/confine.h).
#pragma once

#include <string>
#include <vector>

#include "confine/confine.h"
#include "dataset/find/discover.h"
#include "dataset/scan/file_summary.h"

namespace gophercap::jobs {

// Call before other threads exist and any input is read. Only what is needed to open sockets and
// folders stays allowed; capabilities for interfaces only if one is opened. If `wanted` is false,
// nothing is confined, now and later.
void begin_confinement(bool wanted, bool opens_interface);

// The capabilities for opening an interface for sending, and for --pacing exact.
std::vector<int> opening_capabilities();

// Adds the captures that were found, and the folders for indexes of their tarballs.
void add_found(const dataset::Discovery& found, const std::string& dump_path,
               confine::Files& files);
// Adds the captures of a dump.
void add_set(const std::vector<dataset::FileSummary>& set, const std::string& dump_path,
             confine::Files& files);

}  // namespace gophercap::jobs
