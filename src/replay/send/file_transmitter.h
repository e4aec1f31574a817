// Replays into a capture file instead of an interface: same packets, order and schedule, in
// simulated time.
#pragma once

#include <memory>
#include <string>

#include "capture/capture_writer.h"
#include "io/open_output.h"
#include "transmit/transmitter.h"

namespace gophercap::replay {

// Of every recording.
inline constexpr transmit::FrameLimits kRecordingLimits = {.recorded = true};

// Writes each frame with its time stamp to `path` ("-": standard output). Accepts every link type
// that the format supports. finish() makes the file appear, or returns why send() failed.
Result<std::unique_ptr<transmit::Transmitter>> open_file_transmitter(
    const std::string& path, const capture::WriterOptions& options,
    const io::OutputOptions& output = {});

// Accepts and discards every frame, to check a set, or to measure reading and merging alone.
std::unique_ptr<transmit::Transmitter> make_discarding_transmitter();

}  // namespace gophercap::replay
