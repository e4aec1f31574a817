#include "capture/capture_writer.h"

#include <fmt/format.h>

#include <utility>

#include "capture/buffered_output.h"
#include "capture/pcap_writer.h"
#include "capture/pcapng_writer.h"

namespace gophercap::capture {

Result<std::unique_ptr<CaptureWriter>> CaptureWriter::create(std::unique_ptr<io::ByteSink> sink,
                                                             const WriterOptions& options) {
  const bool pcapng = options.format == OutputFormat::kPcapng;
  if (!pcapng && options.link_type > kLargestLinkType) {
    return Error{Errc::kInvalidArgument, 0,
                 fmt::format("{}: link type {} can't be written", sink->name(), options.link_type)};
  }
  BufferedOutput output(std::move(sink));
  return pcapng ? create_pcapng_writer(std::move(output), options)
                : create_pcap_writer(std::move(output), options);
}

}  // namespace gophercap::capture
