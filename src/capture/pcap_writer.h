// The pcap part of CaptureWriter::create().
#pragma once

#include <memory>

#include "capture/buffered_output.h"
#include "capture/capture_writer.h"

namespace gophercap::capture {

// REQUIRES: options.format is not kPcapng.
Result<std::unique_ptr<CaptureWriter>> create_pcap_writer(BufferedOutput output,
                                                          const WriterOptions& options);

}  // namespace gophercap::capture
