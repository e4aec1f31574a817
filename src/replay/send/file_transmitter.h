// Replays into a capture file instead of onto a wire: the same packets, order and schedule, in no
// time.
#pragma once

#include <memory>
#include <string>

#include "capture/capture_writer.h"
#include "io/open_output.h"
#include "transmit/transmitter.h"

namespace gophercap::replay {

// Writes each frame with its stamp to `path` ("-": standard output). Takes every link type that the
// format can hold. finish() makes the file appear and has the reason if send() reported an error.
Result<std::unique_ptr<transmit::Transmitter>> open_file_transmitter(
    const std::string& path, const capture::WriterOptions& options,
    const io::OutputOptions& output = {});

// Takes everything and keeps nothing: what reading, merging and accounting cost by themselves.
std::unique_ptr<transmit::Transmitter> make_discarding_transmitter();

}  // namespace gophercap::replay
