// The pcapng part of CaptureWriter::create().
#pragma once

#include <memory>

#include "capture/buffered_output.h"
#include "capture/capture_writer.h"

namespace gophercap::capture {

Result<std::unique_ptr<CaptureWriter>> create_pcapng_writer(BufferedOutput output,
                                                            const WriterOptions& options);

}  // namespace gophercap::capture
