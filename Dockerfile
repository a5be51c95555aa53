FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 make build && mkdir /data

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /src/bin/tocsin /src/bin/tocsinctl /bin/
# A directory that the user may write to; mount a volume here.
COPY --from=build --chown=nonroot:nonroot /data /data
VOLUME /data
EXPOSE 9093 9094 9094/udp
ENTRYPOINT ["/bin/tocsin"]
